"""A request on the staff's side: its page, the board, the address book, who works when."""
