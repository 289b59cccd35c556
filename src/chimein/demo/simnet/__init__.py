"""Warble (叽喳): a small simulated social network, run as if by another company.

It knows nothing of the product that talks to it: everything goes over HTTP, through the platform API,
webhooks or the public pages. All state lives in one SQLite file, so it needs no service and several
processes may serve the same file.
"""
