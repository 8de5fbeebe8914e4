"""A procedural street drive: a random scene, its renderer in two appearances, and its exact optical flow."""
