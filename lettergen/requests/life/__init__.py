"""The life of a request: states and guards, clocks, allocation, papers, consents, requesters."""
