"""How we know that the engine is right."""
