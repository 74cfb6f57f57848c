/// Live sound that goes where a master of MIDI clock goes.
extension RenderLoop {
  /// Takes what is known of the master; anything else is none of it.
  func follow(_ command: RenderMessage) {
    switch command.kind {
    case .follow:
      master.isFollowed = true
      master.isStartingNext = command.value != 0
      if command.time > 0 { master.bar = Double(command.time) }
    case .masterTempo: master.learn(command)
    case .masterStarted, .masterMoved:
      // Held, there is nothing to fade.
      master.learn(command)
      fadeOut(then: command.kind == .masterStarted ? .start : .join)
    case .masterStopped: fadeOut(then: .hold)
    default: break
    }
  }

  /// What was said is done, in silence.
  func obeyMaster(_ what: AfterFade) {
    switch what {
    case .hold:
      master.isRunning = false
      fader.close()
    case .start:
      if master.isStartingNext, waitingCount > 0, piece != nil, cursor.frame > 0 { finishPiece() }
      master.origin = master.startPosition
      go()
    default: go()
    }
  }

  /// Goes on where the master is.
  private func go() {
    master.isRunning = true
    if isPaused { return }
    fader.open()
    if piece != nil { join() }
  }

  /// To the place of the piece where the master is. What lies outside of it is the piece over and over.
  private func join() {
    guard let piece else { return }
    let length = piece.pointee.frameCount
    var frame = master.frame(of: piece.pointee)
    if frame >= length || frame < -Int64(master.bar * piece.pointee.framesPerClock) {
      let wrapped = (frame % length + length) % length
      master.origin += Double(frame - wrapped) / piece.pointee.framesPerClock
      frame = wrapped
    }
    place(at: frame)
    steer()
  }

  /// How fast the piece goes, from a block's beginning or its own on, so that it is where the master is when that is
  /// heard.
  func steer() {
    guard master.isRunning, !isPaused, let piece else { return }
    let isNear = master.steer(piece.pointee, at: cursor.exact, sampleRate: engine.sampleRate)
    if !isNear, afterFade == .nothing { fadeOut(then: .join) }
  }
}
