"""Tiny random-weight Stable Diffusion pipelines with the names, ranks and layout of public exports."""
