"""The version of rftkit, in one place."""

VERSION = "0.1.0"
