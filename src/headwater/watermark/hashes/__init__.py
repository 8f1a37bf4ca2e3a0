"""The hash functions of schemes that other software marks with, one file each."""
