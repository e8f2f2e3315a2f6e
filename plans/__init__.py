"""What is measured: one YAML file per plan version, and the code that reads it."""
