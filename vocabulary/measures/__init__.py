"""What numerators and denominators are made of: one YAML a source."""
