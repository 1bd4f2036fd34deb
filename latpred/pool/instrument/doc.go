// Package instrument measures for workers of package pool: on this machine, with XLA, another
// runtime or a program of its owner, and on Android phones that adb knows.
//
// What is run is decided here and never by a campaign: that names a runner, and Options say
// which runners there are.
package instrument
