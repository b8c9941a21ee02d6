"""From a YAML file to configured components."""
