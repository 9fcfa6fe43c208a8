"""Recognition engines, one module each, loaded by the scheme of asr_url."""
