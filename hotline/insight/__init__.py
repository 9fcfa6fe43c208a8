"""What managers read: rates as versioned formulas, each open down to its tickets."""
