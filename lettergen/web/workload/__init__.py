"""Workload: figures, the rows behind them, and the papers that are made of them."""
