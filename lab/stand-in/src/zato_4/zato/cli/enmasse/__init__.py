"""zato enmasse of 4.1: objects of a cluster out of a YAML file, straight into the ODB (facts §8)."""
