"""The register of photo consents: may we use it today, and what follows from it."""
