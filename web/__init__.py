"""The browser app: its page list, its templates and its built bundle, as package data."""
