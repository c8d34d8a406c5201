"""Money for requests: fees with their calculation, quotes, invoices, payments and waivers."""
