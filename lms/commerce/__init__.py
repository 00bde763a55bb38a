"""Commerce: what is bought, and the books that say so."""
