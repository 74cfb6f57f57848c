#if Playback
  import CALSA
  import Foundation
  import Testing

  @Suite(.alsaKernel, .serialized) struct SequencerDeviceTests {
    @Test func sequencerOpens() throws {
      var handle: OpaquePointer?
      try #require(snd_seq_open(&handle, "default", SND_SEQ_OPEN_DUPLEX, 0) == 0)
      #expect(snd_seq_client_id(handle) >= 128)
      snd_seq_close(handle)
      let listing = try ALSAKernel.run("aconnect", "-l")
      #expect(listing.contains("'Midi Through'"))
    }
  }

  @Suite(.alsaKernel, .serialized) struct USBCardTests {
    @Test func cardGoesAndComesBack() throws {
      func cards() throws -> String { try String(contentsOfFile: "/proc/asound/cards", encoding: .utf8) }
      #expect(try cards().contains("USB-Audio"))
      try ALSAKernel.run("hmp", "device_del card")
      #expect(try cards().contains("USB-Audio") == false)
      try ALSAKernel.run("hmp", "device_add usb-audio,id=card,audiodev=a")
    }
  }
#endif
