"""What is judged: the catalogue of rules, the suites, and the judgement that publishing demands."""
