"""What a manager looks after: staff, the practice's record, certificate and e-mail."""
