"""E-mail: written into the outbox with what it is about, and sent by SMTP from there."""
