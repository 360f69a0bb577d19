"""ONNX models on patches, in ONNX Runtime."""
