import Foundation
import Studies
import Testing

@Suite struct ContentHashTests {
  @Test("FIPS 180-2: the hash of abc")
  func abc() {
    #expect(
      ContentHash.sha256(Data("abc".utf8))
        == "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
  }
}
