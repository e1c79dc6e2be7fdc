"""The root of the sglc checkout: a marker that lets tools resolve `..ir`; the package is `sglc`."""
