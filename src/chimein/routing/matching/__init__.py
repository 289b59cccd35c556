"""Who is asked, in which order, how many at a time: plain arithmetic on arrays, without a database.

Production and the planner call the same functions; see README.md for arrays and units.
"""
