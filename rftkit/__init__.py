"""rftkit."""
