"""Benchmarks: one letter of equal content by several engines, in one run on one machine."""
