"""What tests are made of: people, accounts, payloads, a scripted network, many threads at once."""
