"""Building events: seeds, arming with trials, shape learning, shrinking. Knows no target."""
