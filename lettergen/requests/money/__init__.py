"""Money for requests: fees, quotes, waivers, invoices, payments, debts and turnover."""
