"""zato enmasse: objects of a cluster out of a YAML file, and back (facts §7.5, §II.2)."""
