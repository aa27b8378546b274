extension RunConfiguration {
  /// The names of the models, the second of the same name called `name #2`.
  public var distinctModelNames: [String] {
    models.indices.map { index in
      let earlier = models[..<index].count { $0.name == models[index].name }
      return earlier == 0 ? models[index].name : "\(models[index].name) #\(earlier + 1)"
    }
  }
}
