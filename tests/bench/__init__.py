"""How fast the collection is, as ratios to what else one could use on the same hosts in the same run: `make bench`."""
