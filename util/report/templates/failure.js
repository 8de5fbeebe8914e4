// Whether a file is there, which a <video> that fails does not tell and a page from disk may not look up: an <object>
// loads whatever it finds, and fails where there is nothing. Null if it says neither.
function isThere(address) {
  return new Promise((tell) => {
    const probe = document.createElement("object");
    const end = (found) => { tell(found); probe.remove(); };
    probe.className = "probe";
    probe.onload = () => end(true);
    probe.onerror = () => end(false);
    setTimeout(end, 3000, null);
    Object.assign(probe, { type: "video/mp4", data: address, ariaHidden: "true", tabIndex: -1 });
    document.body.append(probe);
  });
}

function failureText(address, there) {
  if (there === null) return `${address} is missing, or this browser cannot play it.`;
  if (!there) return `${address} is missing. It belongs beside this page: keep all files of the run in one folder.`;
  return `${address} is there, but this browser cannot play it. It should be H.264 video in an MP4 file: try another `
    + "browser, and if that fails too, run the test again.";
}
