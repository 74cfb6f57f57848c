#if Playback

  import Testing

  @testable import Playback

  @Suite struct PlayerPositionTests {
    @Test func silenceHasNoItem() {
      #expect(PlayerPosition(item: nil, seconds: 0, isPaused: false).item == nil)
    }
  }
#endif
