"""The catalogue of requests as data: types, rules, replies, phrases, and a practice's own terms."""
