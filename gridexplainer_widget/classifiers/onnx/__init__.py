"""ONNX models as graphs of operations."""
