//! The debugger's line at its worst: disconnects, noise, malformed packets, clients that come and go.

mod disconnects;
mod malformed;
mod noise;
mod random;
mod world;
