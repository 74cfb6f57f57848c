internal import Hummingbird
internal import NIOCore

/// The page, and the description of all this. They are part of the program: nothing is read from the disk.
extension ControlRoutes {
  var pageRoutes: [ControlRoute] {
    [
      Self.asset("/", "text/html; charset=utf-8", PackageResources.page_html),
      Self.asset("/page.css", "text/css; charset=utf-8", PackageResources.page_css),
      Self.asset("/page.js", "text/javascript; charset=utf-8", PackageResources.page_js),
      Self.asset("/song.js", "text/javascript; charset=utf-8", PackageResources.song_js),
      Self.asset("/listen.js", "text/javascript; charset=utf-8", PackageResources.listen_js),
      Self.asset("/choice.js", "text/javascript; charset=utf-8", PackageResources.choice_js),
      Self.asset("/library.js", "text/javascript; charset=utf-8", PackageResources.library_js),
      Self.asset("/begin.js", "text/javascript; charset=utf-8", PackageResources.begin_js),
      Self.asset("/drawing.js", "text/javascript; charset=utf-8", PackageResources.drawing_js),
      Self.asset("/keyboard.js", "text/javascript; charset=utf-8", PackageResources.keyboard_js),
      Self.asset("/keyboard.css", "text/css; charset=utf-8", PackageResources.keyboard_css),
      Self.asset("/icon.svg", "image/svg+xml", PackageResources.icon_svg),
      Self.asset("/api/openapi.yaml", "application/yaml", PackageResources.openapi_yaml),
    ]
  }

  private static func asset(_ path: String, _ type: String, _ bytes: [UInt8]) -> ControlRoute {
    let buffer = ByteBuffer(bytes: bytes)
    return ControlRoute(.get, path) { _, _ in
      Response(
        status: .ok, headers: [.contentType: type, .cacheControl: "no-cache"], body: ResponseBody(byteBuffer: buffer))
    }
  }
}
