"""Pure functions from facts to tables: duties, staging, lines, rates, HS editions, origin rules."""
