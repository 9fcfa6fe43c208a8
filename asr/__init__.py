"""Speech to text: engines, live sessions, gateways for audio. Knows only hotline.kernel."""
