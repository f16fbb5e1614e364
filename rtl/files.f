// Every RTL source, in the order that tools read them. Paths are relative to the top of the source tree.
rtl/gen/auklet_pkg.sv
