// Package browser holds the tests that use the lab as a person does: JupyterLab in
// Chromium, driven over the DevTools protocol.
//
//  1. startLab makes a private JupyterLab with the Jupyter kernel of this clone installed,
//     in folders of its own, and opens a browser.
//  2. One small notebook shows every kind of display; the tests watch it run, stop
//     it, look at its pixels in the light and the dark theme, and open it again
//     untrusted.
//  3. With KERNELEXT_BROWSER=notebooks all notebooks of the project are run through
//     the browser, which takes minutes; .ci/run does that.
//
// Without Chromium or JupyterLab the tests are skipped and say so.
// KERNELEXT_SHOTS=DIR has them leave screenshots there.
package browser
