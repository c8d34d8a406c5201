"""What leaves on paper: replies, consent forms, invoices, receipts and the notice of fees."""
