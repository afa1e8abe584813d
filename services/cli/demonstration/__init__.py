"""The demonstration: a made-up campaign on the real national tree, told through the services' own doors."""
