"""A weighted sum of several algorithms' scores, with weights that validation rows prefer."""
