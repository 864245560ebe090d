"""Paths of one or two steps through the graph of how items relate, with weights that people's doings tell.

Path types and their learned weights are those of Lao and Cohen 2010 (Relational retrieval using a combination of
path-constrained random walks); how degrees are damped is from Himmelstein and Baranzini 2015 (degree-weighted path count).
"""
