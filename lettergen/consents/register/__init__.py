"""The register: what was agreed to, all that became of it, and whether a photo may be used."""
