"""Hash functions of other software's schemes."""
