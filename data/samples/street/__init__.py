"""A procedural street drive: a random scene, a renderer for it, two looks, and its exact optical flow."""
