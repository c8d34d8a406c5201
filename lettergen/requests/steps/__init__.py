"""Whole steps of a request, each one transaction: quote, accept, pay, write, sign, release."""
