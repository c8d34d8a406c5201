"""Money for third-party work: fees, what is unpaid, and the panel of one request."""
