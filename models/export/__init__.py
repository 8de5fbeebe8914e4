"""Graphs in the format ONNX of a teacher and its Shortcut, for programs that run them without PyTorch."""
