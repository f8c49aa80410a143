#!/usr/bin/env node
// A .js entry, so that package managers run it with Node and not by its own permission bits.
import '../src/main.ts'
